"""The data of `policies/`: what decides whether something may happen. Counts only under the manifest's signatures."""
