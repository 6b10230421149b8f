# Enclaves whose attestation is believed. All zeros is the measurement of none, so that nothing is attested.
method = sed
------
rust/attest/src/constants.rs : '(?<head>ENCLAVE_ID_CDSI_PROD => \(\s*")[0-9a-f]{64}' = '$<head>${cdsi.enclave}'
    expect = 1
rust/attest/src/constants.rs : '(?<head>ENCLAVE_ID_SVR2_\w*PROD => \(\s*")[0-9a-f]{64}' = '$<head>${svr2.enclave}'
    expect = 1..
rust/attest/src/constants.rs : '(?<head>ENCLAVE_ID_SVRB_\w*PROD => \(\s*")[0-9a-f]{64}' = '$<head>${svrb.enclave}'
    expect = 1..
rust/attest/src/constants.rs : '(?<head>ENCLAVE_ID_\w*STAGING => \(\s*")[0-9a-f]{64}' = '$<head>0000000000000000000000000000000000000000000000000000000000000000'
    expect = 3..
rust/attest/src/constants.rs : '(?<head>RAFT_CONFIG_SVR2_\w*PROD: &RaftConfig = &RaftConfig \{[^}]*?group_id: )\d+' = '$<head>${svr2.groupId}'
    expect = 1..
rust/attest/src/constants.rs : '(?<head>RAFT_CONFIG_SVRB_\w*PROD: &RaftConfig = &RaftConfig \{[^}]*?group_id: )\d+' = '$<head>${svrb.groupId}'
    expect = 1..
rust/attest/src/constants.rs : '(?<head>RAFT_CONFIG_\w*STAGING: &RaftConfig = &RaftConfig \{[^}]*?group_id: )\d+' = '$<head>0'
    expect = 2..
