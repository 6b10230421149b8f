# The one authority for TLS, as a BKS store with the password "whisper".
method = replace
when = android.trustStore
------
**/res/raw/whisper.store = base64 ${android.trustStore}
