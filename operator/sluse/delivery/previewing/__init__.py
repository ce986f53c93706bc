"""What a pull request would do: two trees, the ledgers and the policies -> `sluse.plan.preview.Preview`."""
