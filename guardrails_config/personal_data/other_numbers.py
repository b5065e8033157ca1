"""Words before a number that is nobody's: of an order, an invoice, a parcel."""

from __future__ import annotations

import re

_THINGS = (
    r"order|invoice|ticket|ref|reference|booking|confirmation|tracking|parcel|shipment|receipt|transaction|serial|sku|"
    r"version|build|isbn|issn|ean|gtin|upc|doi|asin|imei|siren|siret|kvk|abn|acn|barcode|code|reads|batch|lot|"
    r"part|model|"
    r"rechnung\w*|bestell\w*|auftrag\w*|sendung\w*|vorgang\w*|artikel\w*|kunden\w*|vertrag\w*|"
    r"commande|facture|colis|suivi|dossier|pedido|factura|fatura|encomenda|env\u00edo|seguimiento|rastreio|"
    r"ordine|fattura|spedizione|bestelling|factuur|zending|ordrenummer|ordernummer|fakturanummer|ordre|"
    r"zam\u00f3wieni\w*|faktur\w*|przesy\u0142k\w*|objedn\u00e1vk\w*|tilaus\w*|"
    r"(?:account|article|item|case|policy|contract|customer|client|product|device|job|request)(?= (?:number|no|"
    r"nr|id|code))"
)
_NUMBER = (
    r"(?:number|no|nr|num|num\u00e9ro|n\u00famero|numero|nummer|numer|\u010d\u00edslo|id|code|"
    r"n[\u00b0\u00ba]|is|ist|est|es|#)"
)
_TO_THE_NUMBER = rf"(?:[ .:#\u2116-]{{0,3}}{_NUMBER}){{0,2}}[ .:#*|-]{{0,4}}"
A_THINGS = re.compile(rf"\b(?:{_THINGS}){_TO_THE_NUMBER}$", re.IGNORECASE)
"""What stands right before such a number."""
NO_PHONES = re.compile(
    rf"(?:\b(?:{_THINGS}|vat|tax|id|payout|charge){_TO_THE_NUMBER}|[#$\u20ac\u00a3\u00a5])$", re.IGNORECASE
)
"""The same, and what stands before other numbers that no one calls."""
