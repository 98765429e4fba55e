using System.Globalization;
using System.Text.Json.Nodes;

namespace Cards.Decks;

/// <summary>The JSON objects in a collection's only row that say how Anki shall behave. All are Anki's own defaults.</summary>
internal static class Settings
{
    public static JsonObject Collection(int notes)
    {
        var settings = Parse("""
            {
              "activeDecks": [1], "addToCur": true, "collapseTime": 1200, "curDeck": 1, "dueCounts": true, "estTimes": true,
              "newBury": true, "newSpread": 0, "sortBackwards": false, "sortType": "noteFld", "timeLim": 0
            }
            """);
        settings["curModel"] = NoteType.Id.ToString(CultureInfo.InvariantCulture);
        settings["nextPos"] = notes + 1;
        return settings;
    }

    public static JsonObject Deck(long id, string name, long modifiedAt)
    {
        var deck = Parse("""
            {
              "conf": 1, "desc": "", "dyn": 0, "collapsed": false, "browserCollapsed": false, "extendNew": 10, "extendRev": 50,
              "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0], "timeToday": [0, 0]
            }
            """);
        deck["id"] = id;
        deck["name"] = name;
        deck["mod"] = modifiedAt;
        deck["usn"] = id == 1 ? 0 : -1;
        return deck;
    }

    public static JsonObject DeckOptions() => Parse("""
        {
          "id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "timer": 0, "autoplay": true, "replayq": true, "dyn": false,
          "new": { "delays": [1, 10], "ints": [1, 4, 7], "initialFactor": 2500, "order": 1, "perDay": 20, "bury": true, "separate": true },
          "rev": { "perDay": 200, "ease4": 1.3, "fuzz": 0.05, "ivlFct": 1, "maxIvl": 36500, "minSpace": 1, "bury": true },
          "lapse": { "delays": [10], "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 1 }
        }
        """);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
