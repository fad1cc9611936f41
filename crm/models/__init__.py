"""Tables: columns and constraints, no queries. One module per aggregate."""

# Importing a module registers its tables.
from crm.models import (  # noqa: F401
    accounts,
    activities,
    agreements,
    audit,
    client_care,
    clients,
    documents,
    gifts,
    imports,
    inbound,
    measurements,
    messages,
    practices,
    providers,
    referrals,
    reports,
    search,
    sequences,
    sign_ins,
    suppressions,
    tasks,
    templates,
    visits,
)
