"""Words that say nothing about what a sentence is about: short lists of our own, for the languages we can judge.

Any other language works without a list: what stands in most sentences weighs little anyway.
"""

from functools import cache


_LISTS = {
    "en": """
        a about above after again all almost also although always am an and another any anything are as at back be
        because been before being below but by can cannot could did do does doing don down each else end enough every
        everything few for from get gets getting go goes going good had has have having he her here him his how if in
        instead into is isn it its itself just keep let like ll lot made make makes many may me mine more most mostly
        much must my myself never no nobody none nor not nothing now of off often on once one only or other others our
        ours out over own rather really re same seem she should since so some somebody someone something still such
        take takes than that the their them then there these they thing things this those though through to together
        too two three twice under until up us ve very was wasn way we well were what when where whether which while who
        whom whose why will with within without won would yes yet you your yours
    """,
    "de": """
        aber alle allem allen aller alles als also am an andere anderen anderer auch auf aus bei beim bin bis bist da
        dabei dadurch dafür damit dann das dass dein dem den denn der deren des deshalb die dies diese diesem
        diesen dieser dieses doch dort du durch ein eine einem einen einer eines einfach einmal er erst es etwas für
        ganz ganze gar gegen gibt haben habe hat hatte hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins
        ist ja je jede jedem jeden jeder jedes jetzt kann kein keine keinem keinen keiner können könnte man manchmal
        mehr mein meine meinem meinen meiner mich mir mit muss müssen nach nicht nichts nie niemand noch nun nur ob oder
        oft ohne schon sehr sein seine seinem seinen seiner seit selbst sich sie sind so sogar soll sollte sondern
        sonst über um und uns unser unsere unserem unseren unserer unter viel viele vielen vom von vor war waren warum
        was weg weil weiter welche wenn wer werden wie wieder will wir wird wo wohl würde zu zum zur zwar zwei zwischen
    """,
    "fr": """
        afin ai ainsi alors après au aucun aucune aussi autre autres aux avant avec avoir beaucoup bien car ce cela ces
        cet cette ceux chaque chez comme comment contre dans de déjà depuis des deux donc dont du elle elles en encore
        entre est et être eu eux faire fait faut ici il ils jamais je jusqu la le les leur leurs lors lui ma mais me
        même mes moi moins mon ne ni non nos notre nous on ont ou où par parce parfois pas peu peut plus plusieurs pour
        pourquoi puis qu quand que quel quelle quelles quels qui quoi rien sa sans se ses si son sont souvent sur ta te
        tes toi ton toujours tous tout toute toutes très trop tu un une vers voir vos votre vous
    """,
    "es": """
        al algo algunos ante antes así aunque bien cada casi como con contra cual cuando de del desde donde dos el ella
        ellas ellos en entre era es esa ese eso esta está están este esto estos fue ha hace hacer hasta hay la las le les
        lo los luego mas más me mi mis mismo mucho muchos muy nada ni no nos nosotros nuestra nuestro nunca o otra otro
        otros para pero poco por porque pues que qué quien se sea ser si sí siempre sin sobre solo son su sus también
        tan tanto te tengo tiene todo todos tu un una uno unos vez y ya yo
    """,
}


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words to leave out for a language code such as "en-gb"; none where we have no list."""
    return frozenset(_LISTS.get(language.split("-")[0].lower(), "").split())
