"""Who may do what in the admin."""

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy


#: The permission to mail an issue to everybody, and to pause, resume and cancel that.
SEND = "onward_newsletter.send_issue"
#: To end a subscription, and to stop all mail to an address.
CHANGE_SUBSCRIBER = "onward_newsletter.change_subscriber"
#: To erase a person.
ERASE_SUBSCRIBER = "onward_newsletter.delete_subscriber"
#: To bring in subscribers from a file, and to see and cancel imports.
IMPORT = "onward_newsletter.add_subscriberimport"
#: To take all subscribers out as a file.
EXPORT = "onward_newsletter.change_subscriber"


class ImportPolicy(ModelPermissionPolicy):
    """For imports: laid in and shown by Wagtail; no form changes or deletes one."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in {"add", "view"} and user.has_perm(IMPORT)


#: To close an address and to open it again.
CHANGE_SUPPRESSION = "onward_newsletter.change_suppression"


class OwnScreensPolicy(ModelPermissionPolicy):
    """For rows that people make by what they do: listed and shown by Wagtail, changed only on screens of their own.

    Adding, changing and deleting by Wagtail's generic forms are refused to everybody, so the Django permissions of
    those names are free to guard the screens: ``change`` to end and suppress, ``delete`` to erase.
    """

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and any(
            user.has_perm(self._get_permission_name(name)) for name in ("view", "change", "delete")
        )


def may_see_addresses(user: Any) -> bool:
    """Tell whether somebody may read subscribers' addresses; who may only write issues may not."""
    return any(user.has_perm(f"onward_newsletter.{name}_subscriber") for name in ("view", "change", "delete"))
