"""The control plane's words with edges (xDS) and relays."""
