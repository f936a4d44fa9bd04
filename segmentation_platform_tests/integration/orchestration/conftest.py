"""A platform on a database of the test's own, with a small simulated ledger."""

from segmentation_platform_tests.support.growing import exports as exports
from segmentation_platform_tests.support.refreshes import definitions as definitions
from segmentation_platform_tests.support.refreshes import run as run
from segmentation_platform_tests.support.refreshes import settings as settings
from segmentation_platform_tests.support.refreshes import shop_ledger as shop_ledger
from segmentation_platform_tests.support.refreshes import warehouse as warehouse
