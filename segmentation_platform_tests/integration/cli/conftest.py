"""The command line as people use it, in a folder of its own."""

from segmentation_platform_tests.support.commands import command as command
from segmentation_platform_tests.support.commands import process as process
from segmentation_platform_tests.support.refreshes import shop_ledger as shop_ledger
