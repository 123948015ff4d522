"""The servers that other tests rely on are real ones, and private."""

import psycopg
import pytest
import redis


pytestmark = pytest.mark.services


def test_postgresql_is_real_and_keeps_databases_apart(postgresql_url: str, postgresql_database: str) -> None:
    with psycopg.connect(postgresql_database) as connection:
        name = connection.execute("SELECT current_database()").fetchone()

    assert name is not None
    assert name[0] in postgresql_database
    assert name[0] not in postgresql_url


def test_redis_answers(redis_url: str) -> None:
    assert redis.Redis.from_url(redis_url).ping()
