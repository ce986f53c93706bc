"""A real Kubernetes control plane on loopback: etcd, kube-apiserver, and of the controllers the two that we lean on."""
