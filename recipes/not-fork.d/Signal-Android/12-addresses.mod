# Addresses for when names are not resolved. 192.0.2.1 is nobody's (RFC 5737): an empty list would crash the application.
method = sed
------
app/static-ips.gradle.kts : 'new String\[\]\{[^}]*\}' = 'new String[]{"192.0.2.1"}'
    expect = 5..
app/static-ips.gradle.kts : '((?:service|storage|cdn\d?)_ips"\] = """new String\[\]\{)"192\.0\.2\.1"' = '$1"${chat.ipv4[0]}"'
    when = chat.ipv4[0]
    expect = 3..
