"""The public contract: what goes out and comes in under /api/v1, by resource, every field described.

`null` means *not known*, unless a field says something else. A field is never renamed or removed within v1.
"""

from lenmuc.api.types import agencies, answers, health, offerings, problems, roadmaps, services, shared
from lenmuc.core.roadmap import problem as planfiles

PARTS = (shared, services, agencies, offerings, answers, roadmaps, planfiles, health, problems)
