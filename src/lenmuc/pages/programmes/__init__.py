"""Programmes with their targets, for everybody; their tasks, for agencies and planners."""

from lenmuc.pages.programmes import giving, setting, shown, targets, tasks

handlers = [*shown.handlers, *setting.handlers, *targets.handlers, *giving.handlers, *tasks.handlers]
