# Whose word on keys is believed. A network without a log has keys that nobody has the secrets of: nothing verifies.
method = sed
------
rust/net/src/env.rs : '(?<head>KEYTRANS_SIGNING_KEY_MATERIAL_\w+: &\[u8; 32\] =\s*&hex!\(")[0-9a-f]{64}' = '$<head>${keyTransparency.signingKey}'
    expect = 2
rust/net/src/env.rs : '(?<head>KEYTRANS_VRF_KEY_MATERIAL_\w+: &\[u8; 32\] =\s*&hex!\(")[0-9a-f]{64}' = '$<head>${keyTransparency.vrfKey}'
    expect = 2
rust/net/src/env.rs : '(KEYTRANS_AUDITOR_KEY_MATERIAL_\w+: &\[&\[u8; 32\]\] =\s*&\[)[^\]]*\]' = '$1&hex!("${keyTransparency.auditorKey}")]'
    expect = 2
