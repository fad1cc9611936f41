"""Tables: columns and constraints, no queries. One module per aggregate."""

from crm.models import (
    accounts,
    activities,
    audit,
    clients,
    imports,
    messages,
    practices,
    providers,
    referrals,
    search,
    suppressions,
    tasks,
    templates,
    visits,
)

# Importing a module registers its tables; naming them here says so to readers and linters alike.
ALL = (
    accounts,
    activities,
    audit,
    clients,
    imports,
    messages,
    practices,
    providers,
    referrals,
    search,
    suppressions,
    tasks,
    templates,
    visits,
)
