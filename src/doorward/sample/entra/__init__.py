"""A stand-in for Microsoft Entra ID and Microsoft Graph, for trying things out without a tenant.

Rule: like the rest of the sample, it knows nothing of Doorward's own code. It is made from Microsoft's
documentation; where that is silent, ``facts`` and ``errors`` say so.
"""
