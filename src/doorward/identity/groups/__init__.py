"""Groups that a provider keeps outside its tokens, read from its own API.

paging      many answers as one, from one host and to an end
okta        the groups API, by an API token
google      the Directory API, by a service account

``sources`` says which provider has which.
"""
