"""The administrator's side: pages in the portal's words, and the same for programs.

Rule: only this machine may come here, and only from these pages or a program; see ``guard``.
"""
