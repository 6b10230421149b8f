# Names of hosts in tests.
method = sed
------
service/src/test/** integration-tests/src/** : '(?<!org[./])signal\.org' = 'my.invalid'
    expect = 0..
