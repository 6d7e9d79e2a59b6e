"""Sign-in through services that speak OAuth 2.0 and tell who somebody is by an API of their own.

service                       what each of them must say about itself
github, facebook, yandex      one service a file, with everything that is peculiar to it
services                      the table of them
redeeming                     code to access token
provider                      away, back, and who it was
checklist                     testing a set-up

There is no ID token here: who somebody is comes from the service's API by TLS, asked with an access
token that came from its token endpoint by TLS, for a code that PKCE and state bind to the browser.

"Unchecked" marks what is generally known of a service and was not read in its own manual.
"""
