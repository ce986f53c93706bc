"""The custom resources of `sluse.nhn.no/v1alpha1`, as models; CRDs are generated from them."""
