"""Sign-in through any SAML 2.0 identity provider: Web Browser SSO, asked by redirect, answered by POST.

    names, xml                     what things are called, and which XML is read at all
    certificates, idp, metadata    the provider as configured: who it is, where, by which keys
    description                    Doorward's own metadata
    request                        the URL people are sent to; what must come back with them
    encryption, signatures         opening what is encrypted; what a configured key has signed
    response, conditions           is this answer ours, and does it hold now
    attributes, person             whose it is
    checks                         the checklist of ``doorward idp test``
    provider                       all of it in order

"Core" in comments is SAML 2.0 Core, "Profiles" and "Bindings" are its companions (OASIS, March 2005).
Why no SAML library is used: ``docs/decisions/2026-11-24-saml-without-a-toolkit.md``.
"""
