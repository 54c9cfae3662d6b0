"""What the doors of whole files take and answer, as the description shows it: media types, with an example of each."""

from typing import Any, TypedDict

from web.examples import Json, Responses

JSON_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
GEOJSON = ("application/geo+json", "application/json")

FEATURES: Json = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [4.8906199, 52.3702516]},
            "properties": {
                "id": "kalverstraat-102",
                "name": "Kalverstraat 102",
                "kind": "store",
                "time_zone": "Europe/Amsterdam",
                "radius_m": 100,
                "dwell_s": 60,
            },
        }
    ],
}
CSV = {
    "places": (
        "id,name,kind,lat,lon,time_zone,radius_m,dwell_s,opening_hours,tags\n"
        "kalverstraat-102,Kalverstraat 102,store,52.3702516,4.8906199,Europe/Amsterdam,100,60,Mo-Sa 09:00-19:00,centre|sneakers\n"
    ),
    "customers": (
        "id,name,language,time_zone,sizes.shoes,tags,consents.location,consents.offers\n"
        "sanne,Sanne de Vries,nl,Europe/Amsterdam,38,sneakers|sale,true,true\n"
    ),
    "products": (
        "sku,title.nl,title.en,price,currency,category,sizes,stock.kalverstraat-102\n"
        'SNEAK-1,"Sneaker, wit","Sneaker, white",89.95,EUR,sneakers,38|39,38=2|39=0\n'
    ),
    "purchases": (
        "purchase_id,customer,place,channel,at,total,currency,sku,size,quantity,price\n"
        "web-2026-1001,sanne,kalverstraat-102,store,2026-12-01T14:05:00+01:00,99.90,EUR,SNEAK-1,38,1,89.95\n"
        "web-2026-1001,,,,,,,SOCKS,,1,9.95\n"
    ),
    "posters": (
        "id,name,place,lat,lon,campaign,from,until,inside,then.campaign,then.after_scans\n"
        'centraal-hall,"Amsterdam Centraal, hall",,52.3788148,4.9006278,sneakers-scan,2026-12-01T00:00:00+01:00,,,,\n'
        ",Window,kalverstraat-102,,,sneakers-scan,,,true,sneakers-sold,500\n"
    ),
}
LINES = {
    "places": (
        '{"id": "kalverstraat-102", "name": "Kalverstraat 102", "kind": "store", "lat": 52.3702516, "lon": 4.8906199, '
        '"time_zone": "Europe/Amsterdam", "radius_m": 100}\n'
    ),
    "customers": '{"id": "sanne", "name": "Sanne de Vries", "language": "nl", "consents": {"location": true}}\n',
    "products": '{"sku": "SNEAK-1", "title": {"nl": "Sneaker, wit"}, "stock": {"kalverstraat-102": {"38": 2}}}\n',
    "purchases": (
        '{"purchase_id": "web-2026-1001", "customer": "sanne", "channel": "online", "at": "2026-12-01T14:05:00+01:00", '
        '"total": "89.95", "currency": "EUR", "items": [{"sku": "SNEAK-1", "quantity": 1}]}\n'
    ),
    "posters": '{"id": "window", "name": "Window", "place": "kalverstraat-102", "campaign": "sneakers-scan", "inside": true}\n',
}
REPORT: Json = {
    "rows": 2,
    "created": 1,
    "changed": 0,
    "unchanged": 0,
    "refused": 1,
    "lines": [
        {"line": 2, "id": "kalverstraat-102", "outcome": "created"},
        {
            "line": 3,
            "id": "dam",
            "outcome": "refused",
            "errors": [{"path": "radius_m", "message": "radius_m must be a number from 1 to 50000"}],
        },
    ],
}
AS_IT_GOES = (
    '{"type":"line","line":2,"id":"kalverstraat-102","outcome":"created"}\n'
    '{"type":"progress","rows":500,"of":1200}\n'
    '{"type":"summary","rows":1200,"created":1200,"changed":0,"unchanged":0,"refused":0}\n'
)


class FileDoor(TypedDict):
    """Of a route's decorator."""

    responses: Responses
    openapi_extra: dict[str, Any]


def file_door(noun: str) -> FileDoor:
    text: Json = {"type": "string"}
    content: Json = (
        {"application/json": {"schema": {"type": "object"}, "example": FEATURES}} if noun == "places" else {}
    )
    if noun == "places":
        content["application/geo+json"] = content["application/json"]
    content["text/csv"] = {"schema": text, "example": CSV[noun]}
    content["application/x-ndjson"] = {"schema": text, "example": LINES[noun]}
    description = "What became of each row; as JSON lines while the work goes on, with `Accept: application/x-ndjson`"
    return {
        "responses": {
            200: {
                "description": description,
                "content": {"application/json": {"example": REPORT}, "application/x-ndjson": {"example": AS_IT_GOES}},
            }
        },
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }
