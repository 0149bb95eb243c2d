"""The demo's sign-ins as a table for the terminal."""

from portal.demo.service import material


def sign_ins() -> list[str]:
    """Lines for the terminal: one password for all, then role, address, and who it is. Names stand last, for they are wide."""
    about = material.people()
    rows = []
    for person in about["people"].values():
        if person["sign_in"]:
            of = [
                (m["role"], about["organisations"][m["organisation"]]["name"]) for m in person["memberships"]
            ]
            role = "client, manager" if any(r == "manager" for r, _ in of) else "client"
            rows.append((role, person["email"], f"{person['name']} · {' + '.join(name for _, name in of)}"))
    rows += [(f"desk, {p['role']}", p["email"], p["name"]) for p in about["staff"].values()]
    return [
        f"Sign in with one of these and the password {about['password']}",
        *(f"  {role:20} {email:29} {who}" for role, email, who in rows),
    ]
