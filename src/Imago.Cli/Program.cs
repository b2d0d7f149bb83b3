Console.WriteLine("imago");
