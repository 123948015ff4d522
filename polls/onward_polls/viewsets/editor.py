"""The panels of a poll's editor, in the order an author thinks of them."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from onward_polls.forms import PollForm

from .panels import KindGroup, LifePanel, LockablePanel, OptionNotesPanel, OptionsPanel


#: The kinds that offer options, and those of them whose order may differ from reader to reader.
WITH_OPTIONS = ("single", "multiple", "scale")
WITHOUT_ORDER = ("single", "multiple")

#: Connects the script that hides what does not belong to the chosen kind.
KIND_ATTRS = {"data-controller": "onward-poll-kind", "data-action": "change->onward-poll-kind#show"}

option_panels = [
    OptionNotesPanel(),
    FieldPanel("text"),
    FieldPanel("put_back"),
    FieldRowPanel(
        [FieldPanel("image"), FieldPanel("follows", help_text=_("The answer of the earlier poll."))]
    ),
]

poll_editor = ObjectList(
    [
        LifePanel(),
        FieldPanel("question"),
        LockablePanel("kind", attrs=KIND_ATTRS),
        OptionsPanel(
            "options",
            option_panels,
            heading=_("Options"),
            label=_("option"),
            help_text=_(
                "Renaming an option keeps its votes. Removing one that has votes retires it: "
                "it is no longer offered, and its votes stay in the results."
            ),
            kinds=WITH_OPTIONS,
        ),
        KindGroup(
            [
                FieldPanel("paste"),
                FieldRowPanel([FieldPanel("offer_other"), FieldPanel("other_text")]),
            ],
            heading=_("More options"),
            kinds=WITH_OPTIONS,
        ),
        KindGroup(
            [FieldPanel("points"), FieldRowPanel([FieldPanel("low_label"), FieldPanel("high_label")])],
            heading=_("Scale"),
            kinds=("scale",),
        ),
        KindGroup(
            [FieldRowPanel([LockablePanel("min_votes"), LockablePanel("max_votes")])],
            heading=_("How many answers"),
            kinds=("multiple",),
        ),
        KindGroup([FieldPanel("shuffle")], heading=_("Order"), kinds=WITHOUT_ORDER),
        MultiFieldPanel(
            [
                FieldPanel("results_visibility"),
                FieldPanel("allow_change"),
                FieldRowPanel([LockablePanel("opens_at"), LockablePanel("closes_at")]),
            ],
            heading=_("Life and results"),
        ),
        MultiFieldPanel(
            [LockablePanel("ask_words", kinds=WITH_OPTIONS), FieldPanel("words_prompt")], heading=_("Words")
        ),
        LockablePanel("roles"),
        LockablePanel("follows"),
    ],
    base_form_class=PollForm,
)
