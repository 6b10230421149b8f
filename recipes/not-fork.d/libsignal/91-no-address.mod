method = assert-absent
------
rust/net/src/env.rs : 'ip_addr!\(v4, "(?!${chat.ipv4[0]}")'
    when = chat.ipv4[0]
rust/net/src/env.rs : 'ip_addr!\(v4,'
    when = !chat.ipv4[0]
rust/net/src/env.rs : 'ip_addr!\(v6, "(?!${chat.ipv6[0]}")'
    when = chat.ipv6[0]
rust/net/src/env.rs : 'ip_addr!\(v6,'
    when = !chat.ipv6[0]
