"""A git remote, read bare: fetch one branch, list one commit's files, read blobs. Nothing is ever checked out."""
