"""Many answers at once: the grid, copying from a sister service, the workbook, and taking a batch back."""

from lenmuc.pages.bulk import batches, copy, grid, workbook

handlers = [
    grid.grid,
    grid.preview_grid,
    copy.copy,
    workbook.workbook,
    workbook.download,
    workbook.upload,
    workbook.apply_workbook,
    batches.apply,
    batches.batch,
    batches.undo_batch,
]
