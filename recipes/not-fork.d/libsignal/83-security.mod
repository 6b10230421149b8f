method = replace
------
SECURITY.md = text <<END
Report what endangers people who use ${name} to ${contact.security}.
END
