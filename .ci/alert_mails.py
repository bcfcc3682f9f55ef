"""Checks what an incident became: mails and webhooks, each once, one conversation for each reader.

    python alert_mails.py OUTBOX.jsonl WEBHOOKS.jsonl SECRET MAIL.eml…

OUTBOX.jsonl is what `ascolto outbox --format json` prints.
"""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def check_mails(outbox, paths):
    mails = {}
    for path in paths:
        with open(path, "rb") as raw:
            mail = email.message_from_binary_file(raw, policy=email.policy.default)
        if ": rush," not in mail["Subject"]:
            continue
        assert mail["Message-ID"] not in mails, f"{mail['Message-ID']} came twice"
        mails[mail["Message-ID"]] = mail
    sent = {row["message_id"]: row["to"] for row in outbox if row["channel"] == "mail"}
    assert mails.keys() == sent.keys(), f"taken {sorted(mails)}, sent {sorted(sent)}"

    expected = {
        "care@frigolux.example": ["rush, 3 in 1 minute", "rush, over"],
        "boss@frigolux.example": ["rush, nobody is looking after it", "rush, over"],
    }
    for reader, stages in expected.items():
        own = [mail for id, mail in mails.items() if sent[id] == reader]
        own.sort(key=lambda mail: mail["Date"].datetime)
        subjects = [mail["Subject"] for mail in own]
        assert len(own) == len(stages), f"{reader} got {subjects}"
        for mail, stage in zip(own, stages):
            assert mail["Auto-Submitted"] == "auto-generated"
            assert stage in mail["Subject"], f"{reader} got {subjects}"
            assert mail.get_content_type() == "multipart/alternative"
        first, last = own
        references = last["References"].split()
        assert last["In-Reply-To"] == references[-1], last["References"]
        # Who comes in later answers what the others got before: the first message of the incident.
        known = {id for mail in own for id in (mail["References"] or "").split()}
        assert known and set(references) <= known | {first["Message-ID"]}
        if reader.startswith("care"):
            assert first["In-Reply-To"] is None
            assert first["Message-ID"] in references, "two conversations"
        else:
            assert first["Message-ID"] == last["In-Reply-To"], "two conversations"


def check_webhooks(outbox, tries, secret):
    taken = {}
    for row in tries:
        taken.setdefault((row["path"], row["headers"]["idempotency-key"]), []).append(row)
    hooks = sorted(row["to"] for row in outbox if row["channel"] == "webhook")
    assert hooks == ["channel", "channel", "desk", "desk"], hooks
    assert len(taken) == len(hooks), sorted(taken)
    for rows in taken.values():
        assert [row["status"] for row in rows] == [503, 503, 200]
        assert len({row["body"] for row in rows}) == 1, "another body in another try"
    kinds = []
    for (path, _), rows in taken.items():
        body, headers = json.loads(rows[-1]["body"]), rows[-1]["headers"]
        if path == "/slack":
            assert body["text"] and body["blocks"], body
            assert "signature" not in " ".join(headers)
            continue
        kinds.append(body["type"])
        # As docs/alerts.md says that it is done by hand.
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{rows[-1]['body']}"
        digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode()
        assert hmac.compare_digest(signature, headers["webhook-signature"])
    assert kinds == ["alert.raised", "alert.over"], kinds


if __name__ == "__main__":
    outbox = lines(sys.argv[1])
    assert all(row["state"] == "sent" for row in outbox), outbox
    check_mails(outbox, sys.argv[4:])
    check_webhooks(outbox, lines(sys.argv[2]), sys.argv[3])
