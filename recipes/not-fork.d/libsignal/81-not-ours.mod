# Upstream's own continuous integration and sponsors.
method = delete
------
.github/
# A crash dump of upstream's own application, and the test that reads it.
node/ts/test/minidump.dmp node/ts/test/MinidumpTest.ts
    expect = 0..
# A certificate of upstream's that nothing reads.
rust/net/res/sgx_test_server_cert.cer
    expect = 0..1
