"""A support portal for companies that look after other companies' software, computers and equipment.

app.py makes the web application, worker.py the background loop; registry.py lists what they are made of.
Packages, from the top: rehearsal and demo, notify, then dispatch, quotes, intake and ladder side by side, tickets, contracts,
assets, people, web, infra, kernel.
An upper one may use those below it; those below speak upward by events (infra/outbox.py).
"""
