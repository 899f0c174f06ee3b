"""What all tests share: one deterministic profile, so that a run never fails by luck."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "textfix",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("textfix")
