"""A Kubernetes API in memory, on aiohttp: what Kopf, kubectl, Pulumi's engine and the Python clients need of one."""
