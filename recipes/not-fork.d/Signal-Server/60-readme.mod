method = sed
------
/README.md : '\A' = "This is Signal-Server ${upstream.version}, changed for ${name} by Fluister's recipe. It is not Signal's.\n\n"
    expect = 1
/README.md : '<a href=mailto:security@signal\.org>security@signal\.org</a>' = '${contact.security}'
    expect = 1
/README.md : 'Get help running this software in your own environment in our \[unofficial community forum\]\[community forum\]\.' = ''
    expect = 1
/README.md : '\n\[community forum\]: [^\n]*' = ''
    expect = 1
