"""Sign-in through Microsoft Entra ID (Azure AD), with groups from Microsoft Graph.

    clouds, discovery                where a directory is, and whether what it says of itself agrees
    departure, scopes                the URL people are sent to, and which permissions are asked for
    client_credentials               how Doorward proves itself: two secrets, or a certificate
    token_endpoint                   codes and refresh tokens to tokens
    application_tokens               Doorward's own tokens for Graph
    aadsts, refusals                 what Entra says when it says no, in words that help
    token_rules, person, addresses   is this token ours, whose is it, and at which address
    graph, graph_answers             Microsoft Graph: pages, throttling, batches
    memberships, standings           who is in which groups; who is still welcome
    group_search, contexts           for whoever writes policies
    checklist, expiry, items         the set-up, tested step by step
    evidence, arrival_checks         what a test sign-in showed
    directory                        one directory, with everything that is needed to ask it
    provider                         all of it in order

What is OpenID Connect as everywhere is done by ``identity.oidc``. Facts about Microsoft's services that
no public document settles have "[K]" beside them: each stands in one place, to be corrected there.
"""
