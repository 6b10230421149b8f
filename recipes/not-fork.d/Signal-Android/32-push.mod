# Upstream's project at Google; without one, the application keeps its own connection.
method = sed
------
app/src/main/res/values/firebase_messaging.xml : '(?<head><string name="\w+"[^>]*>)[^<]*' = '$<head>none'
    expect = 0..
