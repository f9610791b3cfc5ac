-- Signs in, over and over. PERSON is the form that does so.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = os.getenv("PERSON")
