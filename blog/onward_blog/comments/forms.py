"""The form of a comment: upstream's protection (signed time, signed target, a field only robots fill) in our words."""

import time
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_comments.forms import CommentForm as UpstreamForm

from onward_blog.models import Author

from .rendering import clean_name, clean_text


#: Characters in one comment.
MAX_LENGTH = 5_000
#: Seconds that reading a form and writing into it takes a person at least.
QUICK = 3
#: Fields whose errors mean that the form is not one of ours, or too old.
SECURITY_FIELDS = ("content_type", "object_pk", "timestamp", "security_hash", "honeypot")

_AGAIN = _(
    "This form was open for too long, or was changed on the way. Your text is kept: press the button again."
)
_ROBOT = _("A field that nobody sees was filled in, as robots do. Your text is kept: press the button again.")
_EMPTY = _("Your comment is empty. Write something, then send it again.")
_NUMBER = _(
    "The comment you are answering cannot be found. Your text is kept: send it as a comment of its own."
)


class CommentForm(UpstreamForm):
    """A comment on one page; people with an account are asked neither name nor address."""

    url = None
    name = forms.CharField(
        label=_("Your name"),
        max_length=50,
        error_messages={
            "required": _("Say what we may call you; it does not have to be your full name."),
            "max_length": _("This name has %(show_value)d characters; %(limit_value)d is the limit."),
        },
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        error_messages={
            "required": _("We need your address to send you one mail, in which you confirm the comment."),
            "invalid": _("This does not look like an e-mail address. It should be like you@example.org."),
        },
    )
    comment = forms.CharField(
        label=_("Your comment"), widget=forms.Textarea, strip=False, error_messages={"required": _EMPTY}
    )
    follow = forms.BooleanField(label=_("E-mail me when somebody answers"), required=False)
    reply_to = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages={"invalid": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
    )
    timestamp = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": _AGAIN, "invalid": _AGAIN}
    )
    security_hash = forms.CharField(widget=forms.HiddenInput, error_messages={"required": _AGAIN})

    def __init__(self, page: Any, data: Any = None, *, user: Any = None, **kwargs: Any) -> None:
        super().__init__(page, data, **kwargs)
        self.user = user if user is not None and user.is_authenticated else None
        if self.user:
            del self.fields["name"], self.fields["email"]

    @property
    def age(self) -> int:
        """Seconds since the form was given out; call it on a valid form."""
        return int(time.time()) - int(self.cleaned_data["timestamp"])

    @property
    def has_security_errors(self) -> bool:
        """Whether the form must be given out again before it can be taken."""
        return any(name in self.errors for name in SECURITY_FIELDS)

    def security_fields(self, *, seconds_old: int = 0) -> dict[str, str]:
        """Return the hidden values that make the form acceptable: name to value.

        ``seconds_old`` is for a form that its reader has had before, without these values.
        """
        timestamp = int(time.time()) - seconds_old
        target = {"content_type": str(self.target_object._meta), "object_pk": str(self.target_object.pk)}
        signed = self.generate_security_hash(**target, timestamp=str(timestamp))
        return {**target, "timestamp": str(timestamp), "security_hash": signed}

    def clean_comment(self) -> str:
        text = clean_text(super().clean_comment())
        if not text:
            raise forms.ValidationError(_EMPTY)
        if len(text) > MAX_LENGTH:
            raise forms.ValidationError(
                _now("Your comment has %(length)d characters; %(limit)d is the limit. Shorten it a little."),
                params={"length": len(text), "limit": MAX_LENGTH},
            )
        return text

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        if _is_taken(name):
            raise forms.ValidationError(
                _("Somebody who works on this site has this name. Choose another, or sign in if it is you.")
            )
        return name

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"])
        if get_user_model().objects.filter(**{f"{_email_field()}__iexact": address}).exists():
            raise forms.ValidationError(
                _("This address belongs to an account of this site. Use another, or sign in if it is yours.")
            )
        return address

    def clean_timestamp(self) -> int:
        try:
            timestamp = int(super().clean_timestamp())
        except forms.ValidationError as error:
            raise forms.ValidationError(_AGAIN) from error
        if timestamp > time.time() + 60:
            raise forms.ValidationError(_AGAIN)
        return timestamp

    def clean_security_hash(self) -> str:
        try:
            return str(super().clean_security_hash())
        except forms.ValidationError as error:
            raise forms.ValidationError(_AGAIN) from error

    def clean_object_pk(self) -> str:
        """Refuse a form that was given out for another page."""
        if self.cleaned_data["object_pk"] != str(self.target_object.pk):
            raise forms.ValidationError(_AGAIN)
        return str(self.cleaned_data["object_pk"])

    def clean_content_type(self) -> str:
        if self.cleaned_data["content_type"] != str(self.target_object._meta):
            raise forms.ValidationError(_AGAIN)
        return str(self.cleaned_data["content_type"])

    def clean_honeypot(self) -> str:
        if self.cleaned_data["honeypot"]:
            raise forms.ValidationError(_ROBOT)
        return ""


def _email_field() -> str:
    return str(get_user_model().get_email_field_name())


def _is_taken(name: str) -> bool:
    """Return whether an author or an account goes by this name; small and capital letters are the same."""
    users = get_user_model()
    has_parts = {"first_name", "last_name"} <= {field.name for field in users._meta.get_fields()}
    match = Q(**{f"{users.USERNAME_FIELD}__iexact": name})
    if has_parts and " " in name:
        first, last = name.split(" ", 1)
        match |= Q(first_name__iexact=first, last_name__iexact=last)
    return Author.objects.filter(name__iexact=name).exists() or users.objects.filter(match).exists()
