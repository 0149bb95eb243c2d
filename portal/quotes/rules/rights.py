"""Who may bind a client by a quote: whoever answers for the whole organisation there."""

from portal.kernel.actor import Actor


def may_answer(actor: Actor, organisation_id: int) -> bool:
    """Whether a person of the client may confirm, turn down, accept and agree to more time (TS-30: 甲方确认): a manager of that
    organisation. Everybody who sees a quote may ask for a change or report what is wrong with the work."""
    return organisation_id in actor.managed_organisation_ids
