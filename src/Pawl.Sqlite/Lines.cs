namespace Pawl.Sqlite;

/// <summary>All lines with their counts, kept in the writer's memory and written with each transaction that changes them.</summary>
internal sealed class Lines
{
    private const string SelectLines = "select id, queue, type from line order by id";
    private const string SelectCounts = "select line_id, state, n from line_count order by line_id, state";
    private const string InsertLine = "insert into line (id, queue, type) values (@id, @queue, @type)";
    private const string UpsertCount = """
        insert into line_count (line_id, state, n) values (@line, @state, @n)
        on conflict (line_id, state) do update set n = excluded.n
        """;

    private readonly Dictionary<(string Queue, string Type), Line> _byName = [];
    private readonly Dictionary<long, Line> _byId = [];
    private readonly List<Line> _touched = [];

    public IEnumerable<Line> All => _byId.Values;

    public Line this[long id] => _byId[id];

    public void Load(Connection db)
    {
        _byName.Clear();
        _byId.Clear();
        _touched.Clear();
        var lines = db.Use(SelectLines);
        while (lines.Step())
        {
            Keep(new Line(lines.Long(0), lines.Text(1), lines.Text(2)));
        }

        var counts = db.Use(SelectCounts);
        while (counts.Step())
        {
            _byId[counts.Long(0)].Counts[Array.IndexOf(Line.CountNames, counts.Text(1))] = counts.Long(2);
        }
    }

    public Line? Find(string queue, string type) => _byName.GetValueOrDefault((queue, type));

    public Line Get(Connection db, string queue, string type)
    {
        if (_byName.TryGetValue((queue, type), out var line))
        {
            return line;
        }

        line = new Line(_byId.Count + 1, queue, type);
        db.Use(InsertLine).Bind(line.Id).Bind(queue).Bind(type).Run();
        Keep(line);
        return line;
    }

    public void Add(Line line, int count, long n)
    {
        line.Add(count, n);
        if (!_touched.Contains(line))
        {
            _touched.Add(line);
        }
    }

    public void Flush(Connection db)
    {
        foreach (var line in _touched)
        {
            for (var count = 0; count < line.Counts.Length; count++)
            {
                if (line.Touched[count])
                {
                    db.Use(UpsertCount).Bind(line.Id).Bind(Line.CountNames[count]).Bind(line.Counts[count]).Run();
                    line.Touched[count] = false;
                }
            }
        }

        _touched.Clear();
    }

    private void Keep(Line line)
    {
        _byName.Add((line.Queue, line.Type), line);
        _byId.Add(line.Id, line);
    }
}
