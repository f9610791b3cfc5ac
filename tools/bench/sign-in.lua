-- Signs in, over and over. PERSON is the form that does so.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
-- A browser that was here before.
wrk.headers["Cookie"] = "__Host-device=" .. ("a-browser-"):rep(4) .. "abc"
wrk.body = os.getenv("PERSON")
