import uuid

import django.db.models.deletion
import modelcluster.fields
import modelsearch.index
from django.db import migrations, models

import onward_polls.models.poll


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Ballot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reader_key", models.CharField(max_length=64)),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("web", "on the page"),
                            ("mail", "from the newsletter"),
                            ("embed", "embedded elsewhere"),
                        ],
                        default="web",
                        max_length=5,
                    ),
                ),
                ("page_ref", models.PositiveBigIntegerField(blank=True, null=True)),
                ("cast_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("words", models.TextField(blank=True, max_length=2000)),
                (
                    "consent",
                    models.CharField(
                        choices=[
                            ("none", "Do not quote me"),
                            ("anonymous", "Quote me without a name"),
                            ("initials", "Quote me with my initials"),
                            ("name", "Quote me with my name"),
                        ],
                        default="none",
                        max_length=9,
                    ),
                ),
                ("credit", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "verbose_name": "ballot",
                "verbose_name_plural": "ballots",
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                (
                    "nonce",
                    models.CharField(
                        default=onward_polls.models.poll.new_salt, editable=False, max_length=32
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ballot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_up",
                        to="onward_polls.ballot",
                    ),
                ),
            ],
            options={
                "verbose_name": "follow-up",
                "verbose_name_plural": "follow-ups",
            },
        ),
        migrations.CreateModel(
            name="Poll",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.CharField(max_length=500, verbose_name="question")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("single", "One answer"),
                            ("multiple", "Several answers"),
                            ("scale", "A scale"),
                            ("words", "Words only"),
                        ],
                        default="single",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "results_visibility",
                    models.CharField(
                        choices=[
                            ("always", "Always"),
                            ("after_voting", "After voting"),
                            ("after_closing", "After the poll has closed"),
                            ("editors", "Only in the admin"),
                        ],
                        default="after_voting",
                        max_length=15,
                        verbose_name="who may see the results",
                    ),
                ),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="opens at")),
                ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="closes at")),
                (
                    "allow_change",
                    models.BooleanField(default=True, verbose_name="readers may change their vote"),
                ),
                (
                    "ask_words",
                    models.BooleanField(default=True, verbose_name="ask for a sentence after voting"),
                ),
                (
                    "words_prompt",
                    models.CharField(
                        blank=True,
                        help_text="For example: What do you do instead?",
                        max_length=200,
                        verbose_name="question for words",
                    ),
                ),
                (
                    "shuffle",
                    models.BooleanField(
                        default=False, verbose_name="show the options in a different order to each reader"
                    ),
                ),
                ("min_votes", models.PositiveSmallIntegerField(default=1, verbose_name="at least")),
                (
                    "max_votes",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="at most"),
                ),
                (
                    "salt",
                    models.CharField(
                        default=onward_polls.models.poll.new_salt, editable=False, max_length=32
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("close_announced_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        help_text="The earlier poll whose question this one asks again, so that the change can be shown.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followed_by",
                        to="onward_polls.poll",
                        verbose_name="asks again",
                    ),
                ),
            ],
            options={
                "verbose_name": "poll",
                "verbose_name_plural": "polls",
                "ordering": ["-created_at", "-pk"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="Option",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=200, verbose_name="text")),
                ("sort_order", models.IntegerField(default=0, editable=False)),
                ("retired_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "added_after_votes",
                    models.PositiveIntegerField(
                        blank=True,
                        editable=False,
                        help_text="How many had voted before this option was added.",
                        null=True,
                    ),
                ),
                (
                    "poll",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="options",
                        to="onward_polls.poll",
                    ),
                ),
            ],
            options={
                "verbose_name": "option",
                "verbose_name_plural": "options",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.AddField(
            model_name="ballot",
            name="poll",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="onward_polls.poll"
            ),
        ),
        migrations.CreateModel(
            name="ReaderLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("alias_key", models.CharField(max_length=64)),
                ("reader_key", models.CharField(max_length=64)),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reader_links",
                        to="onward_polls.poll",
                    ),
                ),
            ],
            options={
                "verbose_name": "reader link",
                "verbose_name_plural": "reader links",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("web", "on the page"),
                            ("mail", "from the newsletter"),
                            ("embed", "embedded elsewhere"),
                        ],
                        max_length=5,
                    ),
                ),
                ("count", models.IntegerField(default=0)),
                ("first_at", models.DateTimeField(blank=True, null=True)),
                ("last_at", models.DateTimeField(blank=True, null=True)),
                (
                    "option",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="onward_polls.option",
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="onward_polls.poll",
                    ),
                ),
            ],
            options={
                "verbose_name": "tally",
                "verbose_name_plural": "tallies",
            },
        ),
        migrations.CreateModel(
            name="TallyDelta",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("web", "on the page"),
                            ("mail", "from the newsletter"),
                            ("embed", "embedded elsewhere"),
                        ],
                        max_length=5,
                    ),
                ),
                ("delta", models.SmallIntegerField()),
                (
                    "option",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="onward_polls.option",
                    ),
                ),
                (
                    "poll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tally_deltas",
                        to="onward_polls.poll",
                    ),
                ),
            ],
            options={
                "verbose_name": "tally delta",
                "verbose_name_plural": "tally deltas",
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exclusive", models.BooleanField(default=False)),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to="onward_polls.ballot",
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="onward_polls.option",
                    ),
                ),
            ],
            options={
                "verbose_name": "vote",
                "verbose_name_plural": "votes",
            },
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None),
                    ("closes_at", None),
                    ("closes_at__gt", models.F("opens_at")),
                    _connector="OR",
                ),
                name="onward_polls_poll_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="poll",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_votes", None), ("max_votes__gte", models.F("min_votes")), _connector="OR"
                ),
                name="onward_polls_poll_at_most_not_below_at_least",
            ),
        ),
        migrations.AddIndex(
            model_name="ballot",
            index=models.Index(fields=["poll", "cast_at"], name="onward_polls_ballot_by_time"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(
                fields=("poll", "reader_key"), name="onward_polls_ballot_one_per_reader"
            ),
        ),
        migrations.AddIndex(
            model_name="readerlink",
            index=models.Index(fields=["poll", "reader_key"], name="onward_polls_link_by_reader"),
        ),
        migrations.AddConstraint(
            model_name="readerlink",
            constraint=models.UniqueConstraint(
                fields=("poll", "alias_key"), name="onward_polls_link_one_per_alias"
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("option__isnull", False)),
                fields=("poll", "option", "door"),
                name="onward_polls_tally_per_option",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("option", None)),
                fields=("poll", "door"),
                name="onward_polls_tally_of_ballots",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                fields=("ballot", "option"), name="onward_polls_vote_option_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("exclusive", True)),
                fields=("ballot",),
                name="onward_polls_vote_exclusive",
            ),
        ),
    ]
