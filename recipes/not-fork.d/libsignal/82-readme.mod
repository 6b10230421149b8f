method = sed
------
/README.md : '\A' = "This is libsignal ${upstream.version}, changed for ${name} by Fluister's recipe. It is not Signal's.\n\n"
    expect = 1
/README.md : 'https://build-artifacts\.signal\.org/libraries/maven/' = '${packages.maven}'
    expect = 0..
/README.md : '\nSigning a \[CLA[^\n]*\n' = "\n"
    expect = 0..1
