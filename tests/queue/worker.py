"""The app that a test's worker process runs: its tasks write down what they were asked to do."""

import os
import time

from redis import Redis

from sync.queue.app import make_app

URL = os.environ["TANDEM_TEST_REDIS"]
app = make_app(URL)
done = Redis.from_url(URL)


@app.task(name="note")
def note(key):
    done.rpush("done", key)


@app.task(name="slow")
def slow(key):
    done.rpush("begun", key)
    time.sleep(float(key))
    done.rpush("done", key)
