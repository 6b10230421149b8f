# What the server prints as it starts.
method = replace
------
service/src/main/resources/banner.txt = text <<END
${name} (Signal-Server ${upstream.version}, changed by Fluister's recipe)

END
