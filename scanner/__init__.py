"""Tenant AI scanner: who uses which Microsoft AI service, with which account, and does that data train models?"""

__version__ = "0.1.0"
