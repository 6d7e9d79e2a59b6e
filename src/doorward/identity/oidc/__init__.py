"""Sign-in through any OpenID Connect provider: discovery, authorization code with PKCE, ID token.

    urls, strict_json, fetching    what may be called, how it is read, how much of it
    metadata, keys                 what the provider publishes about itself
    cached                         how long that is believed, and what when it does not answer
    authorization                  the URL people are sent to; the answer they bring back
    tokens                         code to tokens
    id_token, claims               is this token ours, and does it hold
    person                         whose it is
    provider                       all of it in order

"Core" in comments is OpenID Connect Core 1.0, "Discovery" is OpenID Connect Discovery 1.0.
"""
